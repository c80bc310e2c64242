# setup: touch -d 2021-01-01 in; touch -d 2021-01-02 out
all: helper out ; @echo all
helper: ; @touch in
out: in ; @echo out because of $?
