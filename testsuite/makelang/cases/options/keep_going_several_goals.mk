# args: -k bad good
# args: --keep-going good bad
bad: ; @false
good: ; @echo good
