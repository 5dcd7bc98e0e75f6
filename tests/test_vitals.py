"""Vital signs as Android 9 to 15 print them, in the formats of AOSP's sources."""

from __future__ import annotations

import pytest

from harness.model import Vitals
from harness.vitals import (
    Exit,
    Frames,
    Traffic,
    read_exits,
    read_frames,
    read_memory,
    read_processor,
    read_traffic,
    read_uid,
)
from tests.rig import rig

PACKAGE = "com.example.samplecity"

MEMORY_API_28 = """\
Applications Memory Usage (in Kilobytes):
Uptime: 5292041 Realtime: 5292041

** MEMINFO in pid 8211 [com.example.samplecity] **
                   Pss  Private  Private  SwapPss     Heap     Heap     Heap
                 Total    Dirty    Clean    Dirty     Size    Alloc     Free
                ------   ------   ------   ------   ------   ------   ------
  Native Heap    10262    10204        0       27    28672    15790    12881
  Dalvik Heap     3049     2940        0        4     4687     3151     1536
      Unknown      570      568        0        0
        TOTAL    42588    25112     6440       31    33359    18941    14417

 App Summary
                       Pss(KB)
                        ------
           Java Heap:     4468
               TOTAL:    42588       TOTAL SWAP PSS:       31
"""
MEMORY_API_34 = """\
Applications Memory Usage (in Kilobytes):
Uptime: 5292041 Realtime: 5292041

** MEMINFO in pid 8211 [com.example.samplecity] **
                   Pss  Private  Private  SwapPss      Rss     Heap     Heap     Heap
                 Total    Dirty    Clean    Dirty    Total     Size    Alloc     Free
                ------   ------   ------   ------   ------   ------   ------   ------
  Native Heap    26519    26436       12        0    29324    41532    30122     6812
        TOTAL    98231    80124     6440       31   191332    51202    35444     9001

 App Summary
                       Pss(KB)                        Rss(KB)
                        ------                         ------
           Java Heap:    13384                          33544
           TOTAL PSS:    98231            TOTAL RSS:   191332       TOTAL SWAP PSS:       31
"""


@pytest.mark.parametrize(("said", "kb"), [(MEMORY_API_28, 42588), (MEMORY_API_34, 98231)])
def test_memory_is_the_pss_of_all_parts(said: str, kb: int) -> None:
    assert read_memory(said) == kb


def test_the_memory_of_an_app_that_does_not_run_is_not_measured() -> None:
    assert read_memory(f"No process found for: {PACKAGE}\n") is None


FRAMES_API_28 = """\
Stats since: 752958278148ns
Total frames rendered: 412
Janky frames: 35 (8.50%)
50th percentile: 7ms
90th percentile: 14ms
95th percentile: 21ms
99th percentile: 57ms
Number Missed Vsync: 12
"""
FRAMES_API_33 = """\
Total frames rendered: 90
Janky frames: 4 (4.44%)
Janky frames (legacy): 31 (34.44%)
50th percentile: 8ms
95th percentile: 19ms
50th gpu percentile: 2ms
95th gpu percentile: 4ms
Total frames rendered: 10
Janky frames: 1 (10.00%)
95th percentile: 150ms
"""
FRAMES_NONE_DRAWN = """\
Total frames rendered: 0
Janky frames: 0 (nan%)
50th percentile: 4950ms
95th percentile: 4950ms
"""


@pytest.mark.parametrize(
    ("said", "frames"),
    [
        (FRAMES_API_28, Frames(412, 35, 21)),
        # Two processes: their frames add up, the percentile is that of the busier one.
        (FRAMES_API_33, Frames(100, 5, 19)),
        (FRAMES_NONE_DRAWN, Frames(0, 0, None)),
        (f"No process found for: {PACKAGE}\n", None),
        ("", None),
    ],
    ids=["api_28", "api_33", "none_drawn", "not_running", "not_told"],
)
def test_frames_are_those_of_all_processes(said: str, frames: Frames | None) -> None:
    assert read_frames(said) == frames


PROCESSES = f"""\
    TIME+ NAME
  0:02.50 {PACKAGE}
  0:00.25 {PACKAGE}:push
  9:00.00 {PACKAGE}.elder
1-02:00:01 system_server
"""


def test_processor_time_is_that_of_the_app_and_its_own_processes() -> None:
    assert read_processor(PROCESSES, PACKAGE) == 2.75
    assert read_processor(PROCESSES, "system_server") == 26 * 3600 + 1
    assert read_processor(PROCESSES, "com.example.absent") is None
    assert read_processor("ps: bad -o TIME+\n", PACKAGE) is None


def test_a_uid_is_that_of_the_very_package() -> None:
    said = f"package:{PACKAGE}.elder uid:10150\npackage:{PACKAGE} uid:10149\n"
    assert read_uid(said, PACKAGE) == 10149
    assert read_uid("", PACKAGE) is None


TRAFFIC_API_29 = """\
Active interfaces:
  iface=wlan0 ident=[{type=WIFI, subType=COMBINED, networkId="Office"}]
Dev stats:
  Pending bytes: 0
  History since boot:
  ident=[{type=WIFI, subType=COMBINED, networkId="Office"}] uid=-1 set=ALL tag=0x0
    NetworkStatsHistory: bucketDuration=3600
      st=1609459200 rb=999999 rp=999 tb=99999 tp=99 op=0
UID stats:
  Pending bytes: 2048
  Complete history:
  ident=[{type=WIFI, subType=COMBINED, networkId="Office"}] uid=10149 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1609459200 rb=1000 rp=2 tb=100 tp=3 op=0
      st=1609466400 rb=2000 rp=3 tb=200 tp=2 op=0
  ident=[{type=WIFI, subType=COMBINED, networkId="Office"}] uid=10149 set=FOREGROUND tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1609466400 rb=40000 rp=30 tb=4000 tp=20 op=0
  ident=[{type=WIFI, subType=COMBINED, networkId="Office"}] uid=10149 set=FOREGROUND tag=0xff
    NetworkStatsHistory: bucketDuration=7200
      st=1609466400 rb=30000 rp=30 tb=3000 tp=20 op=0
  ident=[{type=WIFI, subType=COMBINED, networkId="Office"}] uid=10150 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1609466400 rb=7 rp=1 tb=7 tp=1 op=0
UID tag stats:
  Pending bytes: 0
  ident=[{type=WIFI, subType=COMBINED, networkId="Office"}] uid=10149 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1609466400 rb=5000 rp=1 tb=5000 tp=1 op=0
"""
TRAFFIC_API_34 = """\
UID stats:
  Pending bytes: 0
  Complete history:
  ident=[{type=1, ratType=COMBINED, wifiNetworkKey="Office"wpa2-psk, metered=false, \
defaultNetwork=true, oemManagedState=OEM_NONE, subId=-1}] uid=10149 set=FOREGROUND tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1709459200 rb=1234 rp=2 tb=567 tp=3 op=0
"""


@pytest.mark.parametrize(
    ("said", "uid", "traffic"),
    [
        (TRAFFIC_API_29, 10149, Traffic(43000, 4300)),
        (TRAFFIC_API_34, 10149, Traffic(1234, 567)),
        (TRAFFIC_API_34, 10150, Traffic(0, 0)),
        ("Xt stats:\n  Pending bytes: 0\n", 10149, None),
    ],
    ids=["api_29", "api_34", "nothing_sent_yet", "not_told_by_uid"],
)
def test_traffic_is_that_of_the_uid_each_byte_once(
    said: str, uid: int, traffic: Traffic | None
) -> None:
    assert read_traffic(said, uid) == traffic


EXITS_API_30 = """\
ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)
Last Timestamp of Persistence Into Persistent Storage: 2021-01-20 10:04:50.001
  package: com.example.samplecity
    Historical Process Exit for uid=10149
        ApplicationExitInfo #0:
          timestamp=2021-01-20 10:05:20.123 pid=8211 realUid=10149 packageUid=10149 \
definingUid=10149 user=0
          process=com.example.samplecity reason=4 (APP CRASH(EXCEPTION)) status=0
          importance=100 pss=0.00 rss=49MB description=crash state=empty trace=null
"""
EXITS_API_33 = """\
ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)
Last Timestamp of Persistence Into Persistent Storage: 2023-01-20 10:04:50.001
  package: com.example.samplecity
    Historical Process Exit for uid=10149
        ApplicationExitInfo #0:
          timestamp=2023-01-20 10:05:20.123 pid=8300 realUid=10149 packageUid=10149 \
definingUid=10149 user=0
          process=com.example.samplecity reason=6 (ANR) subreason=0 (UNKNOWN) status=0
          importance=100 pss=0.00 rss=49MB description=user request after error state=empty
        ApplicationExitInfo #1:
          timestamp=2023-01-20 10:01:00.000 pid=8211 realUid=10149 packageUid=10149 \
definingUid=10149 user=0
          process=com.example.samplecity reason=10 (USER REQUESTED) subreason=21 (FORCE STOP) \
status=0
"""


@pytest.mark.parametrize(
    ("said", "exits"),
    [
        (EXITS_API_30, (Exit("2021-01-20 10:05:20.123 8211", "APP CRASH(EXCEPTION)"),)),
        (
            EXITS_API_33,
            (
                Exit("2023-01-20 10:05:20.123 8300", "ANR"),
                Exit("2023-01-20 10:01:00.000 8211", "USER REQUESTED"),
            ),
        ),
        ("ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)\n", ()),
        ("Bad activity command, or no activities match: exit-info\n", None),
    ],
    ids=["api_30", "api_33", "none_yet", "api_28"],
)
def test_the_ends_of_processes_are_told_with_their_reasons(
    said: str, exits: tuple[Exit, ...] | None
) -> None:
    assert read_exits(said) == exits


def test_what_an_endpoint_does_not_tell_is_not_measured_rather_than_zero() -> None:
    with rig() as on:
        record = on.attempt(["launch"])
    assert record.vitals is not None
    assert record.vitals == Vitals(cost_s=record.vitals.cost_s)
