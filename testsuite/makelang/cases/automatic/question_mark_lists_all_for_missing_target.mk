# setup: touch -d 2021-01-01 a; touch -d 2021-01-03 b
out: a b ; @echo $?
