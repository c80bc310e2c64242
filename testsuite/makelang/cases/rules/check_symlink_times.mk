# setup: echo x > real; touch -d 2021-01-01 real; ln -s real link; touch -h -d 2021-01-03 link; touch -d 2021-01-02 out
# args:
# args: -L
out: link ; @echo remade
