#!/usr/bin/env bash
# Rebuilds the fonts of this folder from their published packages.
# Needs Debian's apt-get and dpkg-deb, npm, and python3 with venv. Usage: bash rebuild.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get download fonts-noto-cjk
dpkg-deb -x fonts-noto-cjk_*.deb noto
npm pack --silent @mdi/font@7.4.47
tar xzf mdi-font-*.tgz # unpacks to package/
python3 -m venv venv
venv/bin/pip install --quiet fonttools==4.68.0 cffsubr==0.4.0

# The 3755 characters of GB2312 level 1: rows B0 to D7, of which the last ends at F9.
venv/bin/python - >level1.txt <<'PY'
import sys
codes = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
text = "".join(code.decode("gb2312") for code in codes if code < b"\xd7\xfa")
sys.stdout.buffer.write(text.encode())
PY
export SOURCE_DATE_EPOCH=1642982400 # so that each rebuild gives the same bytes
cat level1.txt "$here/characters.txt" >text.txt
# ASCII, Latin-1, general punctuation, CJK punctuation, fullwidth forms.
ranges=20-7E,A0-FF,2010-2027,2030-205E,3000-301F,FF01-FF5E,FFE0-FFE6
for weight in Regular Bold; do
  venv/bin/pyftsubset "noto/usr/share/fonts/opentype/noto/NotoSansCJK-$weight.ttc" \
    --font-number=2 --text-file=text.txt --unicodes="$ranges" \
    --layout-features=kern --no-hinting --notdef-outline --desubroutinize \
    --drop-tables+=BASE,GDEF,VORG,vhea,vmtx \
    --name-IDs=0,1,2,3,4,5,6,7,13,14 --output-file="$weight.otf"
  venv/bin/cffsubr -o "$here/NotoSansSC-$weight.otf" "$weight.otf"
done

# The names in icons.json are the list of icons; their codepoints are written anew.
venv/bin/python - "$here/icons.json" >icons.txt <<'PY'
import json, pathlib, re, sys
css = pathlib.Path("package/css/materialdesignicons.css").read_text(encoding="utf-8")
known = dict(re.findall(r'\.mdi-([a-z0-9-]+)::before\s*\{\s*content:\s*"\\([0-9A-F]+)"', css))
listing = pathlib.Path(sys.argv[1])
names = sorted(json.loads(listing.read_text(encoding="utf-8")))
missing = [name for name in names if name not in known]
if missing:
    sys.exit(f"not in Material Design Icons: {', '.join(missing)}")
icons = {name: known[name] for name in names}
listing.write_text(json.dumps(icons, indent=2) + "\n", encoding="utf-8")
print(",".join(icons.values()))
PY
venv/bin/pyftsubset package/fonts/materialdesignicons-webfont.ttf --unicodes-file=icons.txt \
  --no-hinting --layout-features= --name-IDs='*' --output-file="$here/icons.ttf"

ls -l "$here"/*.otf "$here"/*.ttf
