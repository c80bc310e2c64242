out: ; @touch $@; rm $@; echo gone
all: out ; @echo all $?
.DEFAULT_GOAL = all
