# setup: touch -d 2021-01-02 a.h; touch -d 2021-01-01 a.c; touch -d 2021-01-03 a.y
all: a.c a.h ; @:
%.c %.h: %.y ; @echo making $*; touch $*.c $*.h
