# setup: touch -d 2021-01-01 in; touch -d 2021-01-02 out
all: first out ; @echo all
first: ; @touch in
out: in ; @echo out because of $?
