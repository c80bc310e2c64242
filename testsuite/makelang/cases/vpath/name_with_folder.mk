# setup: mkdir -p src/sub; touch src/sub/a.c
VPATH = src
all: sub/a.c ; @echo $^
