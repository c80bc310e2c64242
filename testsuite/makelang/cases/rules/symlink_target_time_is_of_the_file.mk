# setup: echo x > real; touch -d 2021-01-03 real; ln -s real link; touch -h -d 2021-01-01 link; touch -d 2021-01-02 out
out: link ; @echo remade, $< is newer
