namespace Assay.Audit.Auditing;

/// <summary>How an auditor works.</summary>
public sealed record AuditorOptions
{
    /// <summary>How long others' secrets are waited for, from when the epoch's end was first seen.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Epochs of each live key to be committed for at least: the current one and those after it.</summary>
    public int Ahead { get; init; } = 2;

    /// <summary>After so long without one, verdicts are logged: no more work than that is done twice after a stop.</summary>
    public TimeSpan LogEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Pauses between attempts at a node that is busy or does not answer.</summary>
    public IReadOnlyList<TimeSpan> Retries { get; init; } = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(15)];

    /// <summary>Where there are no terms that say how long openings may take.</summary>
    public TimeSpan OpenWithin { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Whether records whose model is not here are judged <c>x</c>; else they wait until it is.</summary>
    public bool GiveUpMissingModels { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
