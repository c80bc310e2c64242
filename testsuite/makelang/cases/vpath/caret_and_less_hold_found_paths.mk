# setup: mkdir src; touch src/a.c src/b.c
VPATH = src
all: a.c b.c c.c ; @echo $< / $^ / $+ / $(<D) $(^F)
c.c: ; @:
