# setup: mkdir src; touch src/a.c a.c
VPATH = src
all: a.c ; @echo $^
