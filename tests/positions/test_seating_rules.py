"""Past holders of a position and its seats."""

from datetime import date

from positions.rules.seating import seat_past_holders

END = date(9999, 12, 31)


def y(year):
    return date(year, 1, 1)


def test_a_seat_falls_free_for_who_follows():
    seats = {7: [(70, y(2015), END), (71, y(2015), END)]}
    asked = [(1, 7, y(2016), y(2018)), (2, 7, y(2017), y(2022)), (3, 7, y(2018), y(2024)), (4, 7, y(2019), y(2020))]

    assert seat_past_holders(asked, seats, {}) == {1: 70, 2: 71, 3: 70}


def test_what_is_held_and_what_does_not_exist_then_is_no_seat():
    seats = {7: [(70, y(2018), END), (71, y(2015), y(2020)), (72, y(2015), END)]}
    taken = {72: [(y(2019), END), (y(2015), y(2016))]}
    asked = [(1, 7, y(2016), y(2019)), (2, 7, y(2017), y(2021)), (3, 8, y(2016), y(2017)), (4, 7, y(2018), y(2019))]

    assert seat_past_holders(asked, seats, taken) == {1: 71, 4: 70}
    assert seat_past_holders([(5, 7, y(2016), y(2019))], {7: seats[7][2:]}, taken) == {5: 72}
