// Stands in for the platform that runs a connector's script: what a script may use of it, and a server that
// answers as it is told. Each line that comes in is a call: operation, address that the flow called, address
// of the server, status and Location of its answer ("-": none), separated by tabs. Each line that goes out is
// what the flow is answered: status, Location, what was sent on.
using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

public interface IScriptContext
{
    string OperationId { get; }
    HttpRequestMessage Request { get; }
    Uri OriginalRequestUri { get; }
    Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken);
}

public abstract class ScriptBase
{
    public IScriptContext Context { get; set; }
    public CancellationToken CancellationToken { get; set; }
    public abstract Task<HttpResponseMessage> ExecuteAsync();
}

public class Call : IScriptContext
{
    private readonly HttpResponseMessage answer;
    public string Sent = "nothing";

    public Call(string[] told)
    {
        this.OperationId = told[0];
        this.OriginalRequestUri = new Uri(told[1]);
        this.Request = new HttpRequestMessage(HttpMethod.Post, told[2]) { Content = new StringContent("{}") };
        this.answer = new HttpResponseMessage((HttpStatusCode)int.Parse(told[3]));
        if (told[4] != "-") this.answer.Headers.Location = new Uri(told[4], UriKind.RelativeOrAbsolute);
    }

    public string OperationId { get; private set; }
    public HttpRequestMessage Request { get; private set; }
    public Uri OriginalRequestUri { get; private set; }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content.ReadAsStringAsync();
        this.Sent = request.Method + " " + request.RequestUri.OriginalString + " " + body;
        return this.answer;
    }
}

public static class ScriptHost
{
    public static void Main()
    {
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            var call = new Call(line.Split('\t'));
            var answer = new Script { Context = call }.ExecuteAsync().Result;
            var location = answer.Headers.Location;
            Console.WriteLine(string.Join("\t", (int)answer.StatusCode, location == null ? "-" : location.OriginalString, call.Sent));
        }
    }
}
