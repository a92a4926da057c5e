"""What the past is made of: positions, times in which nobody held a seat, and people whose earlier posts are sought."""

from dataclasses import dataclass, field
from datetime import date

from positions.demo.catalogue import JobSpec
from positions.demo.people import RANK_IDS, START_RANK
from positions.rules.levels import Level

# Days: the shortest stay in a post that is worth an appointment.
SHORT = 240
TRACKS = (
    (Level.PEMULA, Level.TERAMPIL, Level.MAHIR, Level.PENYELIA),
    (Level.AHLI_PERTAMA, Level.AHLI_MUDA, Level.AHLI_MADYA, Level.AHLI_UTAMA),
    (Level.PENGAWAS, Level.ADMINISTRATOR, Level.JPT_PRATAMA),
)


def falls(before: Level, after: Level) -> bool:
    """Whether a post of the level `after` is below one of the level `before`, on the same way up."""
    track = next((levels for levels in TRACKS if before in levels and after in levels), ())
    return bool(track) and track.index(after) < track.index(before)


@dataclass(frozen=True, slots=True)
class Place:
    """A position, today's or a closed unit's: the place of its row, its unit, job and seats."""

    row: int
    unit: int
    spec: JobSpec
    seats: tuple[int, ...]
    by_duty: bool = False
    # What the story says of a post is all that is said of it.
    story: bool = False


@dataclass(slots=True)
class Free:
    """A time in which nobody holds a seat, up to the holder after it."""

    place: Place
    seat: int
    since: date
    until: date


@dataclass(slots=True)
class Someone:
    """A person in service of whom a post before `cursor` is not known yet; `next`: the post held from then on."""

    employee: int
    hired: date
    birth: date
    education: str
    rank: int | None
    rank_since: date | None
    next: JobSpec | None = None
    # Positions held so far: nobody comes back to one.
    held: set[int] = field(default_factory=set)

    def rank_on(self, day: date) -> int | None:
        """Return the rank of a day as the file of ranks tells it: even steps from the first one to the last."""
        if self.rank is None or self.rank_since is None:
            return None
        last = RANK_IDS.index(self.rank)
        steps = last - min(last, RANK_IDS.index(START_RANK[self.education][0]))
        passed, total = (day - self.hired).days, (self.rank_since - self.hired).days
        return self.rank if passed >= total else RANK_IDS[last - steps + max(0, passed) * steps // total]
