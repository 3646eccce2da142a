"""The hands: where attempts run. One file for each kind; the contract is `apportion.ports.Executor`."""
