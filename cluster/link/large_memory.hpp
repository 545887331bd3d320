#pragma once

namespace paceline {

/// Lets this process keep large blocks of memory that it freed, for the next ones: by default each snapshot of many megabytes is
/// mapped anew by the system, page by page, at its sender and twice at its receiver, which takes longer than sending it.
/// To be called at the start of a process that is a node. What is kept is bounded by what was in use at once.
void keep_large_memory();

} // namespace paceline
