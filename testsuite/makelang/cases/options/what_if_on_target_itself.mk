# setup: touch -d 2021-01-02 out; touch -d 2021-01-01 in
# args: -W out all
all: out ; @echo all because of $?
out: in ; @echo never
