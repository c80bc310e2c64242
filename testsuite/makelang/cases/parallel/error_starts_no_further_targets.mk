# args: -j2
all: bad good later ; @echo never
bad: ; @touch bad.ran; while ! test -e good.ran; do sleep 0.01; done; false
good: ; @touch good.ran; while ! test -e bad.ran; do sleep 0.01; done; sleep 0.4; echo good
later: ; @echo later never
