# setup: touch -d 2021-01-01 thing
# args: thing
.DELETE_ON_ERROR:
.PHONY: thing
thing: ; @echo x > $@; false
