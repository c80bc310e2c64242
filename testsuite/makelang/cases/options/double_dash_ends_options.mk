# args: -- one
# args: one -- -s
one: ; echo one
-s: ; echo option-like
