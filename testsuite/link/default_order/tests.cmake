# Our default layouts against those that `ld --verbose` tells; exit status 77 where there is no GNU ld 2.40.
add_executable(link-default-order ${CMAKE_CURRENT_LIST_DIR}/print.cc)
target_link_libraries(link-default-order PRIVATE kbx_link)
add_test(NAME link-default-order
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/run.py --print $<TARGET_FILE:link-default-order>)
set_tests_properties(link-default-order PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 600)
