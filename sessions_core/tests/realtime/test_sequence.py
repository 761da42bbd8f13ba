"""Hints come in any order, twice, or not at all; sockets get each event once, in order."""

import random

from sessions_core.realtime.sequence import Sequence
from sessions_core.realtime.wire import message


def event(seq: int):
    return message("progress_update", {}, seq)


def numbers(messages) -> list[int]:
    return [each.seq for each in messages]


def test_shuffled_and_doubled_hints_come_out_once_in_order() -> None:
    sequence, out = Sequence(), []
    sequence.start(0)
    hints = [*range(1, 101), *range(1, 101)]
    random.Random(7).shuffle(hints)
    for hint in hints:
        out += sequence.offer(event(hint))
    assert numbers(out) == list(range(1, 101))
    assert not sequence.behind


def test_a_lost_hint_holds_back_the_later_ones_and_is_noticed() -> None:
    sequence = Sequence()
    sequence.start(4)
    assert numbers(sequence.offer(event(6))) == []
    assert sequence.behind
    assert numbers(sequence.offer(event(5))) == [5, 6]
    assert not sequence.behind


def test_hints_before_the_state_is_known_are_not_lost() -> None:
    sequence = Sequence()
    assert sequence.offer(event(3)) == []
    sequence.start(1)
    assert sequence.behind  # 2 and 3 are now read from the database
    assert numbers(sequence.offer(event(2))) == [2]
    assert numbers(sequence.offer(event(3))) == [3]


def test_a_new_start_goes_on_with_what_was_held() -> None:
    sequence = Sequence()
    sequence.start(1)
    sequence.offer(event(8))
    assert numbers(sequence.start(7)) == [8]
    assert numbers(sequence.offer(event(9))) == [9]


def test_the_clock_has_no_place_in_the_order() -> None:
    sequence = Sequence()
    sequence.start(1)
    clock = message("time_update", {})
    assert sequence.offer(clock) == [clock]
    assert sequence.last == 1
