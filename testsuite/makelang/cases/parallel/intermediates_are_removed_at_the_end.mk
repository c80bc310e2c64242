# setup: touch a.one b.one
# args: -j2
all: a.three b.three ; @:
%.two: %.one ; @cp $< $@
%.three: %.two ; @cp $< $@
