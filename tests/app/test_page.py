"""The page in a real browser: it shows, answers, plays, compares, teaches, and lets go."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.browser import Browser, Server, Tab
from cas_model.server.classroom import CLEARING
from cas_model.server.session import Session

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
MONTH = "document.querySelector('[data-test=date] strong').innerText"
FRAME = "Number(document.querySelector('[data-test=map]').dataset.frame)"


def _fills(panel: str) -> str:
    zones = f"[...document.querySelectorAll('[data-test=panel-{panel}] path.zone')]"
    return zones + ".map(p => p.getAttribute('fill')).join()"


def test_the_page_shows_map_lines_and_rules(tab: Tab) -> None:
    assert tab.evaluate("document.querySelectorAll('[data-test=map] path.zone').length") == 8
    assert "Illustrative parameters" in tab.evaluate("document.body.innerText")
    assert tab.evaluate("document.querySelectorAll('[data-test=lines] svg').length") == 3
    assert tab.evaluate("document.querySelectorAll('[data-test^=shock-]').length") >= 6
    assert tab.evaluate("document.querySelectorAll('[data-test^=\"principles.\"]').length") == 6
    assert tab.evaluate("document.querySelectorAll('[data-test^=\"governance.\"]').length") == 30
    assert tab.evaluate(MONTH) == "Jul 2023"


def test_nothing_is_cut_off_sideways(tab: Tab) -> None:
    tab.click("compare")
    tab.text("panel-difference")
    for width, height in ((1366, 768), (1920, 1080), (820, 1180), (600, 900)):
        tab.resize(width, height)
        tab.wait(f"window.innerWidth === {width}")
        tab.wait("document.documentElement.scrollWidth <= window.innerWidth", 2)
        wide = "[...document.querySelectorAll('.cas-card')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        tab.wait(f"{wide}.length === 0", 2)


def test_every_control_can_be_reached_by_keyboard_and_has_a_name(tab: Tab) -> None:
    nameless = tab.evaluate(
        "[...document.querySelectorAll('.cas button, .cas input, .cas select')].filter(e => e.offsetParent"
        " && !(e.innerText || e.title || e.getAttribute('aria-label') || (e.labels && e.labels.length)))"
        ".map(e => e.outerHTML).join()"
    )
    assert nameless == ""
    tab.press("s")
    tab.wait(f"{MONTH} === 'Aug 2023'")
    tab.press(" ")
    tab.wait(f"{MONTH} !== 'Aug 2023'")
    tab.press(" ")


def test_every_text_can_be_read_from_the_back_of_a_room(tab: Tab) -> None:
    tab.click("compare")
    tab.text("panel-difference")
    tab.click("shock-pandemic")
    tab.click("step")
    tab.evaluate("document.querySelectorAll('.cas details').forEach(e => e.open = true)")
    for name in ("whom", "pays", "maturity", "why"):
        tab.click(f"tab-{name}")
        tab.wait(f"document.querySelector('[data-test=tab-{name}]').ariaSelected === 'true'")
        assert tab.evaluate(CONTRAST) == ""
    tab.put("pick-zone", 0)
    tab.text("zone")
    assert tab.evaluate(CONTRAST) == ""


def test_every_control_is_large_enough_for_a_finger(tab: Tab) -> None:
    tab.evaluate("document.querySelectorAll('.cas details').forEach(e => e.open = true)")
    small = tab.evaluate(
        "[...document.querySelectorAll('.cas button, .cas select, .cas summary, .cas input[type=range]')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).map(e => e.outerHTML).join()"
    )
    assert small == ""


def test_a_list_keeps_its_choice_when_the_language_changes(tab: Tab) -> None:
    tab.put("outcome", "implementation_rate")
    tab.click("language")
    tab.wait("document.body.innerText.includes('Zes principes')")
    chosen = (
        "[...document.querySelectorAll('[data-test=outcome], [data-test=line-0]')].map(e => e.value).join()"
    )
    assert tab.evaluate(chosen) == "implementation_rate,coordinated_care_coverage"


def test_play_advances_and_pause_stops(tab: Tab) -> None:
    tab.put("speed", 20)
    tab.click("play")
    tab.wait(f"{MONTH}.endsWith('2024')")
    tab.click("play")
    tab.wait("document.querySelector('[data-test=play]').innerText.includes('Play')")
    stopped = tab.evaluate(MONTH)
    time.sleep(0.3)
    assert tab.evaluate(MONTH) == stopped
    tab.click("reset")
    tab.wait(f"{MONTH} === 'Jul 2023'")


def test_a_slider_changes_the_model_and_two_worlds_differ_only_by_it(tab: Tab) -> None:
    tab.put("outcome", "implementation_rate")
    tab.click("compare")
    tab.wait("document.querySelector('[data-test=panel-difference]') !== null")
    assert tab.evaluate(_fills("A")) == tab.evaluate(_fills("B"))
    tab.put("governance.staff_floor", 3)
    tab.wait("document.querySelector('[data-test=differ]').innerText.includes('Staff floor: 0 → 3')")
    for _ in range(4):
        before = tab.evaluate(FRAME)
        tab.click("step")
        tab.wait(f"{FRAME} > {before}")
    assert tab.evaluate(_fills("A")) != tab.evaluate(_fills("B"))
    # The same again without a browser.
    session = Session(territory="small", persons_per_agent=1000)
    session.compare()
    session.change({"governance.staff_floor": 3}, "B")
    assert session.differences() == ["governance.staff_floor: 0 -> 3"]
    session.advance(4)
    shown = tab.evaluate("document.querySelector('[data-test=map]').__vue__.map.ranking.values")
    expected = 100 * session.zone_difference("implementation_rate")
    assert shown == pytest.approx(expected.tolist(), rel=1e-3, abs=1e-3)


def test_a_joint_of_the_funding_mix_keeps_the_sum_whole(tab: Tab) -> None:
    tab.evaluate("document.querySelector('[data-test=group-funding]').open = true")
    tab.evaluate("document.querySelector('[data-test=joint-0]').focus()")
    levers = "document.querySelector('.cas-levers').__vue__.levers.mix.gp"
    before = tab.evaluate(f"{levers}.fee_for_service")
    tab.press("PageDown")
    tab.wait(f"Math.abs({levers}.fee_for_service - {before} + 0.1) < 1e-9")
    shares = json.loads(tab.evaluate(f"JSON.stringify({levers})"))
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-9)


def test_a_shock_is_announced_on_the_lines(tab: Tab) -> None:
    tab.click("shock-pandemic")
    tab.wait("document.querySelector('[data-test=lines]').innerHTML.includes('Pandemic')")
    tab.click("step")
    tab.wait(f"{MONTH} === 'Aug 2023'")


def test_a_zone_opens_at_a_click_and_closes(tab: Tab) -> None:
    tab.evaluate(
        "document.querySelector('[data-zone=\"2\"]').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    said = tab.text("zone")
    assert "Care council" in said
    assert tab.evaluate("document.querySelectorAll('[data-test=network] line').length") > 5
    tab.click("close-zone")
    tab.wait("document.querySelector('[data-test=zone]') === null")
    tab.put("pick-zone", 3)
    assert tab.text("zone").split("\n")[0].strip() != said.split("\n")[0].strip()


def test_every_picture_below_the_lines_opens(tab: Tab) -> None:
    tab.click("step")
    for panel in ("pays", "maturity", "why"):
        tab.click(f"tab-{panel}")
        tab.wait(
            f"document.querySelector('[data-test=tab-{panel}]').getAttribute('aria-selected') === 'true'"
        )
        assert len(tab.evaluate("document.querySelector('[data-test=panel] .body').innerText")) > 60


def test_a_lesson_is_predicted_run_and_explained(tab: Tab) -> None:
    tab.put("lesson", "one_chair")
    tab.wait("document.querySelector('[data-stage=predict]') !== null")
    assert tab.evaluate("document.querySelector('[data-test=explanation]')") is None
    tab.draw("prediction", (0.3, 0.6), (0.84, 0.3))
    drawn = float(tab.evaluate("document.querySelector('[data-test=predict-end]').value"))
    tab.put("predict-end", "40")
    assert drawn != 40
    tab.click("predict")
    tab.wait("document.querySelector('[data-stage=result]') !== null", 30)
    assert "You saw B at 40.0" in tab.text("verdict").replace("\u202f", " ")
    assert "M18" in tab.text("explanation")
    assert tab.evaluate("document.querySelectorAll('[data-test=pooled] circle').length") >= 1


def test_dutch_is_one_press_away(tab: Tab) -> None:
    tab.click("language")
    tab.wait("document.querySelector('[data-test=play]').innerText.includes('Speel')")


def test_a_link_replays_the_session(browser: Browser, server: Server, tab: Tab) -> None:
    tab.put("governance.autonomy", 0.9)
    tab.click("step")
    tab.wait(f"{MONTH} === 'Aug 2023'")
    tab.click("share")
    link = tab.wait("document.querySelector('[data-test=link]')?.value")
    with browser.tab() as other:
        other.open(link)
        assert other.evaluate(MONTH) == "Aug 2023"
        assert other.evaluate(_fills("A")) == tab.evaluate(_fills("A"))
        assert other.evaluate("document.querySelector('[data-test=\"governance.autonomy\"]').value") == "0.9"


@pytest.mark.parametrize("query", ["world=nonsense", "scenario=no_such_thing", "lesson=none"])
def test_a_bad_link_is_said_and_the_page_still_works(browser: Browser, server: Server, query: str) -> None:
    with browser.tab() as page:
        page.open(f"{server.address}?{query}")
        assert page.text("problem")
        page.click("step")
        page.wait(f"{MONTH} === 'Aug 2023'")


def test_a_lecturer_locks_what_students_may_change(browser: Browser, server: Server, tab: Tab) -> None:
    with browser.tab() as lecturer:
        lecturer.open(server.lecturer)
        lecturer.click("share")
        lecturer.click("lock")
        lecturer.wait("document.querySelector('[data-test=lock]').innerText.includes('Unlock')")
        tab.evaluate("document.querySelector('.cas-levers').__vue__.act({do: 'strike', kind: 'pandemic'})")
        assert "locked" in tab.text("problem")
        lecturer.click("lock")
        lecturer.wait("!document.querySelector('[data-test=lock]').innerText.includes('Unlock')")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc (Linux)")
def test_seats_are_given_up_in_mid_run_and_their_memory_serves_the_next(
    browser: Browser, server: Server
) -> None:
    visitors = 3

    def play(number: int) -> list[str]:
        with browser.tab() as page:
            page.open(server.address)
            page.click("compare")
            page.put("speed", 20)
            page.click("play")
            page.wait(f"!{MONTH}.endsWith('2023')", 40)
            return page.complaints  # the tab closes while its worlds play on

    with browser.tab() as lecturer:
        lecturer.open(server.lecturer)
        lecturer.click("share")
        kept = []
        for _ in range(2):
            with ThreadPoolExecutor(visitors) as pool:
                assert list(pool.map(play, range(visitors))) == [[]] * visitors
            _wait_for_seats(lecturer, 1)
            time.sleep(CLEARING + 1.0)
            kept.append(server.memory_mb())
        # Six small worlds weigh about 12 MB.
        assert kept[1] < kept[0] + 6, f"{kept} MB"


def _wait_for_seats(lecturer: Tab, seats: int) -> None:
    """Wait until there are no more seats than that, the lecturer's included."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if lecturer.text("seats").startswith(f"{seats} "):
            return
        lecturer.click("big")  # any request brings the count up to date
        time.sleep(0.3)
    raise AssertionError(f"still {lecturer.text('seats')}")
