# args: -j2
all: slow bad ; @echo never
slow: ; @touch started; sleep 0.4; echo slow done
bad: ; @while ! test -e started; do sleep 0.01; done; false
