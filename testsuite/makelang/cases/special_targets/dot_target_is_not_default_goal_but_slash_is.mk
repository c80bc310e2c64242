.hidden: ; @echo hidden
./shown: ; @echo shown
all: ; @echo all
