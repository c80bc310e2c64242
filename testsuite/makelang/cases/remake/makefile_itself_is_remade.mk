# setup: touch -d 2021-01-01 trigger
all: ; @echo restarts [$(MAKE_RESTARTS)] $(v)
-include flag.mk
case.mk: trigger ; @echo remaking $@; echo 'v = set' > flag.mk; touch $@
