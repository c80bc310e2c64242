# args: -j2
all: bad good later ; @echo never
bad: ; @touch bad.ran; false
good: ; @while ! test -e bad.ran; do sleep 0.01; done; sleep 0.2; echo good
later: ; @echo later never
