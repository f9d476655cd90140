// Errors of Sluice. Two kinds, so that no rank ever waits for one that has gone (DESIGN: agreed and local).
#pragma once
#include <stdexcept>
#include <string>

namespace sluice::base {

/// A *local* error: this rank alone knows of it. If it reaches `main` on more than one rank, the message is
/// printed and all ranks are ended with MPI_Abort. Turn it into an agreed one with `agree` wherever ranks
/// meet.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An *agreed* error: every rank of the communicator has thrown the same. Ends the run cleanly, exit code 1.
class AgreedError : public Error {
 public:
  using Error::Error;
};

/// An error of the user's input (case file, command line, parameter combination). Thrown alike on every rank
/// because every rank parses the same text; the message already names file, line, key, value and what is
/// allowed.
class InputError : public AgreedError {
 public:
  using AgreedError::AgreedError;
};

}  // namespace sluice::base
