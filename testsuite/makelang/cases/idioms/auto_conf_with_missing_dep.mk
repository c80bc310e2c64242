# setup: mkdir -p include/config; echo 'CONFIG_A=y' > include/config/auto.conf
-include include/config/auto.conf
-include include/config/auto.conf.cmd
$(info CONFIG_A is $(CONFIG_A))
include/config/auto.conf: ; @echo run oldconfig && false
include/config/auto.conf.cmd: ;
all: ; @echo all
.DEFAULT_GOAL = all
