# setup: mkdir src; touch src/a.c
VPATH = src
$(info [$(wildcard a.c)])
all: a.c ; @echo $^
