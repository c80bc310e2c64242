# setup: echo content > out; touch -d 2021-01-01 out; touch -d 2021-01-02 in
# args: -t
# args:
out: in ; @echo remade
