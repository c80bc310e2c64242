# kbx config and kbx menuconfig as people use them: on a terminal, which tmux is.
add_test(NAME menu-terminal
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx>
                 --work ${CMAKE_CURRENT_BINARY_DIR}/menu ${CMAKE_CURRENT_LIST_DIR}/terminal.py)
set_tests_properties(menu-terminal PROPERTIES LABELS rebuild SKIP_RETURN_CODE 77 TIMEOUT 300)
