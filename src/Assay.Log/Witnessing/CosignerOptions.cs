using Assay.Verify.Notes;

namespace Assay.Log.Witnessing;

/// <summary>How a log asks its witnesses.</summary>
public sealed record CosignerOptions
{
    /// <summary>Rounds begin at most this often.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Once there is a quorum, how long the others are still waited for.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A witness that failed is asked again after this long, then after twice as long, and so on.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most witnesses asked at the same time.</summary>
    public int AtOnce { get; init; } = 16;

    /// <summary>Told, in one line, of a failure that ends the asking and that no witness is the cause of.</summary>
    public Action<string>? Failed { get; init; }

    public WitnessTransport Transport { get; init; } = HttpWitnessTransport.PostAsync;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>How it stands with one witness.</summary>
/// <param name="Cosigned">Size of the newest checkpoint that it cosigned for this log.</param>
/// <param name="Detail">What it answered last, or why it did not.</param>
public sealed record WitnessStatus(string Name, VerifierKey Key, string Url, ulong Cosigned, int Failures, string Detail);
