programs := server client
server_OBJS := server.o net.o
client_OBJS := client.o net.o
define program_template
$(1): $$($(1)_OBJS)
	@echo link $$@ from $$^
all_objs += $$($(1)_OBJS)
endef
all: $(programs) ; @echo all
$(foreach p,$(programs),$(eval $(call program_template,$(p))))
$(sort $(all_objs)): ; @echo object $@
