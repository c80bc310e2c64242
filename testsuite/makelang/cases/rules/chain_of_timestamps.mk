# setup: touch -d 2021-01-01 c; touch -d 2021-01-02 b; touch -d 2021-01-03 a; touch -d 2021-01-04 src
# args: a
# args: a
a: b ; @echo a; touch a
b: c ; @echo b; touch b
c: src ; @echo c; touch c
