using Assay.Verify.Reports;

namespace Assay.Client;

/// <summary>Why an answer was not handed on.</summary>
public enum ReceiptFault
{
    /// <summary>The answer carries no receipt, or none that can be read.</summary>
    NoReceipt,

    /// <summary>The promise in the answer is not one of a log that the policy trusts, or does not cover the receipt.</summary>
    BadPromise,

    /// <summary>The bundle could not be had in time.</summary>
    NoBundle,

    /// <summary>The policy does not accept the bundle: see <see cref="ReceiptException.Report"/>.</summary>
    NotAccepted,

    /// <summary>The bundle is good, but it is not about this request and this answer.</summary>
    OtherAnswer,

    /// <summary>The log showed two trees of one size: see <see cref="ReceiptException.Evidence"/>.</summary>
    SplitView,

    /// <summary>The log did not keep its promise: see <see cref="ReceiptException.Evidence"/>.</summary>
    BrokenPromise,
}

/// <summary>An answer was refused: nothing of it has reached the caller.</summary>
public sealed class ReceiptException : Exception
{
    public ReceiptException(ReceiptFault fault, string message, Report? report = null, ReadOnlyMemory<byte> evidence = default, Exception? inner = null)
        : base(message, inner) => (Fault, Report, Evidence) = (fault, report, evidence);

    public ReceiptFault Fault { get; }

    /// <summary>What the verifier found, where it came that far.</summary>
    public Report? Report { get; }

    /// <summary>A fault file (docs/spec/verification.md, Faults) that shows anyone what the log did; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Evidence { get; }
}
