# setup: touch -d 2021-01-02 out; touch -d 2021-01-01 a; touch -d 2021-01-03 b; touch -d 2021-01-04 c
out: a b c ; @echo $?
