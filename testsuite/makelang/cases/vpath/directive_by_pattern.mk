# setup: mkdir src inc; touch src/a.c inc/a.h src/b.h
vpath %.c src
vpath %.h inc
all: a.c a.h ; @echo $^
