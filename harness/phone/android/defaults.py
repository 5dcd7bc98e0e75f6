"""What the phone's properties and settings are before anybody changes them."""

from __future__ import annotations

from collections.abc import Mapping

from harness.phone.scene import Metrics

API_LEVEL = 33
RELEASE = "13"
BRAND = "Zhangce"
MODEL = "Simulated phone"
PRODUCT = "simulated_phone"
_FINGERPRINT = f"{BRAND}/{PRODUCT}/{PRODUCT}:{RELEASE}/SIMULATED/1:userdebug/test-keys"


def properties(serial: str, metrics: Metrics) -> dict[str, str]:
    """What `getprop` tells; nobody can take it for a real phone's."""
    return {
        "dalvik.vm.heapsize": "512m",
        "debug.sf.hw": "0",
        "dev.bootcomplete": "1",
        "gsm.operator.alpha": "",
        "gsm.sim.state": "ABSENT",
        "init.svc.adbd": "running",
        "init.svc.bootanim": "stopped",
        "init.svc.surfaceflinger": "running",
        "init.svc.zygote": "running",
        "net.bt.name": "Android",
        "persist.sys.country": "CN",
        "persist.sys.language": "zh",
        "persist.sys.locale": "zh-CN",
        "persist.sys.timezone": "Asia/Shanghai",
        "persist.sys.usb.config": "adb",
        "ro.adb.secure": "0",
        "ro.board.platform": "simulated",
        "ro.boot.serialno": serial,
        "ro.build.characteristics": "default",
        "ro.build.date.utc": "1767577260",
        "ro.build.description": f"{PRODUCT}-userdebug {RELEASE} SIMULATED 1 test-keys",
        "ro.build.display.id": "Zhangce simulated phone",
        "ro.build.fingerprint": _FINGERPRINT,
        "ro.build.id": "SIMULATED",
        "ro.build.tags": "test-keys",
        "ro.build.type": "userdebug",
        "ro.build.version.all_codenames": "REL",
        "ro.build.version.codename": "REL",
        "ro.build.version.incremental": "1",
        "ro.build.version.release": RELEASE,
        "ro.build.version.release_or_codename": RELEASE,
        "ro.build.version.sdk": str(API_LEVEL),
        "ro.build.version.security_patch": "2023-01-05",
        "ro.crypto.state": "unencrypted",
        "ro.debuggable": "0",
        "ro.hardware": "simulated",
        "ro.kernel.qemu": "0",
        "ro.opengles.version": "196610",
        "ro.product.brand": BRAND,
        "ro.product.cpu.abi": "x86_64",
        "ro.product.cpu.abilist": "x86_64,x86",
        "ro.product.cpu.abilist64": "x86_64",
        "ro.product.device": PRODUCT,
        "ro.product.locale": "zh-CN",
        "ro.product.locale.language": "zh",
        "ro.product.locale.region": "CN",
        "ro.product.manufacturer": BRAND,
        "ro.product.model": MODEL,
        "ro.product.name": PRODUCT,
        "ro.secure": "1",
        "ro.serialno": serial,
        "ro.sf.lcd_density": str(round(160 * metrics.density)),
        "ro.zygote": "zygote64",
        "service.bootanim.exit": "1",
        "sys.boot_completed": "1",
        "sys.usb.state": "adb",
    }


SETTINGS: Mapping[str, Mapping[str, str]] = {
    "global": {
        "adb_enabled": "1",
        "airplane_mode_on": "0",
        "animator_duration_scale": "1.0",
        "auto_time": "1",
        "auto_time_zone": "1",
        "boot_count": "1",
        "development_settings_enabled": "1",
        "device_name": MODEL,
        "device_provisioned": "1",
        "mobile_data": "0",
        "stay_on_while_plugged_in": "3",
        "transition_animation_scale": "1.0",
        "wifi_on": "1",
        "window_animation_scale": "1.0",
        "zen_mode": "0",
    },
    "secure": {
        "accessibility_enabled": "0",
        "android_id": "51a7ed0000000000",
        "default_input_method": "com.android.inputmethod.latin/.LatinIME",
        "enabled_input_methods": "com.android.inputmethod.latin/.LatinIME",
        "location_mode": "3",
        "location_providers_allowed": "gps",
        "show_ime_with_hard_keyboard": "1",
        "stylus_handwriting_enabled": "0",
        "user_setup_complete": "1",
    },
    "system": {
        "accelerometer_rotation": "0",
        "font_scale": "1.0",
        "screen_brightness": "102",
        "screen_brightness_mode": "0",
        "screen_off_timeout": "2147483647",
        "show_touches": "0",
        "system_locales": "zh-CN",
        "time_12_24": "24",
        "user_rotation": "0",
    },
}
