# setup: mkdir src; touch src/a.c src/a.h
vpath %.c src
vpath %.h src
vpath
all: a.c ; @echo $^
