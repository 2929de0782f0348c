namespace Assay.Engine.Execution.Fast;

/// <summary>What only a run can tell decides how the run goes on: it has to go node by node.</summary>
internal sealed class UnplannableException(string message) : Exception(message);
