using System.Globalization;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>How figures of observed accounts are put into words: never more than testimony.</summary>
public static class ObservedWords
{
    /// <summary>Beside every observed account.</summary>
    public const string NotPromised =
        "This is what observers say they saw of an endpoint that signs nothing. Nobody can recompute it from a log, and it is worth what their word is worth. "
        + "It does not promise that the endpoint behaves so tomorrow, or to others: one that can tell a prober from its customers can answer it better.";

    /// <summary>Whose word it is, and that it is no more.</summary>
    public static string Title(int observers) => $"observed by {observers.ToString(CultureInfo.InvariantCulture)} {(observers == 1 ? "auditor" : "auditors")}: testimony, not proof";

    /// <summary>What an oracle judges, and what it leaves open (docs/spec/audits.md section 6).</summary>
    public static string Says(ObservationOracle oracle) => oracle switch
    {
        ObservationOracle.Drift => "Answers of each endpoint are compared with its own at enrolment: about change alone, never about which model it is.",
        ObservationOracle.Graded => "Answers or scores are compared with what is known to be right: the share that passes a set of tasks, and not why.",
        ObservationOracle.Service => "Calls are timed: available, in time, well formed. Nothing about the model.",
        _ => "Answers are compared with the claimed weights. Evidence can only speak against the claim: where it is low, nothing is proven.",
    };

    /// <summary>Evidence of likelihood.</summary>
    public static string Evidence(long logE, bool isRefuted) =>
        $"{Logarithm(logE)} against the claim: "
        + (isRefuted ? "refuted (it reached 20, which of true claims at most 5\u202f% ever do)" : "not refuted, which proves nothing");

    /// <param name="logE">A natural logarithm in millionths.</param>
    public static string Logarithm(long logE) => $"evidence e^{(logE / 1e6).ToString("0.000", CultureInfo.InvariantCulture)}";
}
