# Bad input: what kbx says, how it ends, and that a good run follows.
add_cases(input TIMEOUT 1200 WITHOUT layouts)

# Packs whole header trees, which takes a while.
add_test(NAME input-layouts CONFIGURATIONS full
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx>
                 ${CMAKE_CURRENT_LIST_DIR}/cases/layouts.py --work ${CMAKE_CURRENT_BINARY_DIR}/input/layouts)
set_tests_properties(input-layouts PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 1200 RESOURCE_LOCK downloads)
