# setup: mkdir src; touch -d 2021-01-03 src/in; touch -d 2021-01-02 out
VPATH = src
out: in ; @echo remade from $<
