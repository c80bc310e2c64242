# Our default layouts against those that `ld --verbose` tells; exit status 77 where there is no GNU ld 2.40 for the
# architecture: each is a test of its own, so that what was not compared is told by name.
add_executable(link-default-order ${CMAKE_CURRENT_LIST_DIR}/print.cc)
target_link_libraries(link-default-order PRIVATE kbx_link)
foreach(architecture amd64 i386 arm64 armhf riscv64 ppc64el s390x)
  add_test(NAME link-default-order-${architecture}
           COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/run.py --print $<TARGET_FILE:link-default-order> ${architecture})
  set_tests_properties(link-default-order-${architecture} PROPERTIES
                       LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 600 RESOURCE_LOCK downloads)
endforeach()
