// Lets the platform end a subscription through the connector, with the credentials of the connection.
//
// The answer to a new subscription names in Location what to delete when the flow is switched off. Called there
// directly, the server would not be shown the connection's credentials. So the same place is named at the
// address that the flow itself called. All other operations, and all answers without such a Location, pass as
// they are.
public class Script : ScriptBase
{
    // Where the API begins on the server.
    private const string BasePath = "@BASE_PATH@";

    // The triggers, each with the number of segments that its path has below that.
    private static readonly Dictionary<string, int> Triggers = new Dictionary<string, int>
    {
        @TRIGGERS@
    };

    public override async Task<HttpResponseMessage> ExecuteAsync()
    {
        var response = await this.Context.SendAsync(this.Context.Request, this.CancellationToken)
            .ConfigureAwait(continueOnCapturedContext: false);
        int segments;
        if (response.IsSuccessStatusCode && Triggers.TryGetValue(this.OperationName(), out segments))
        {
            response.Headers.Location = this.ThroughConnector(response.Headers.Location, segments);
        }

        return response;
    }

    private Uri ThroughConnector(Uri location, int segments)
    {
        if (location == null || !location.IsAbsoluteUri
            || !location.AbsolutePath.StartsWith(BasePath + "/", StringComparison.Ordinal))
        {
            return location;
        }

        var called = this.Context.OriginalRequestUri;
        var path = called.AbsolutePath.TrimEnd('/');
        for (var left = segments; left > 0; left--)
        {
            var end = path.LastIndexOf('/');
            if (end < 0)
            {
                return location;
            }

            path = path.Substring(0, end);
        }

        var origin = called.GetLeftPart(UriPartial.Authority);
        return new Uri(origin + path + location.AbsolutePath.Substring(BasePath.Length) + location.Query);
    }

    // In some regions the platform gives the name as base64.
    private string OperationName()
    {
        var name = this.Context.OperationId;
        if (Triggers.ContainsKey(name))
        {
            return name;
        }

        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(name));
        }
        catch (FormatException)
        {
            return name;
        }
    }
}
