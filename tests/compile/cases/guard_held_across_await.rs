//! A guard that is held across an `.await` has to be one that belongs to no thread. The compiler
//! names a type that says so:
//? AGuardStaysOnItsThreadUsePinOwned

use std::future::{Future, ready};

use evacmap::HashMap;

fn spawn(task: impl Future<Output = ()> + Send) {
    drop(task);
}

fn main() {
    let map = HashMap::from([(1, "a")]);
    let task = async {
        #[cfg(not(feature = "misuse"))]
        let map = map.pin_owned();
        #[cfg(feature = "misuse")]
        let map = map.pin();
        ready(()).await;
        println!("{}", map.len());
    };
    spawn(task); //~ future cannot be sent between threads safely
}
