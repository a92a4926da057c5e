"""The demo: Pemerintah Kota Medan and Pemerintah Kota Jambi with invented people, reproducible by seed.

`build` makes the register in plain rows, without a database (`world.World`); `loader` writes them; `logins` makes the
users; `story` names the places where the cases of the story can be found. Origins of the data: demo/data/ORIGIN.md.
"""
