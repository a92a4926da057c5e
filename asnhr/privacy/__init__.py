"""Personal data (UU 27/2022): the register of processing, retention with its proof, own copies, incidents."""
