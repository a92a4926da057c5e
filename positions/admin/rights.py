"""The rights that edit in the admin of the register: any of a set suffices."""

PEOPLE = frozenset({"edit_register"})
STRUCTURE = frozenset({"edit_structure"})
POSITIONS = frozenset({"edit_register", "edit_structure"})
GOALS = frozenset({"edit_goals"})
